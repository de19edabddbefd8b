"""Forms CLDR's sample names by its patterns: a second implementation, with which the service's own is compared.

    python3 reference.py <person_name_formats.json.gz> > expected.csv

The formats are those of the README. Where a field goes, the texts around it are coalesced as UTS #35, part 8 (section
"Process a namePattern") says; a space that this leaves before a comma is dropped, as CLDR's own test data has it.
"""

import csv
import gzip
import json
import re
import sys
import unicodedata
from pathlib import Path

USAGES = (("long", "referring"), ("medium", "addressing"))
FORMALITIES = ("formal", "informal")


def samples():
    names = {}
    path = Path(__file__).with_name("sample_names.csv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            names.setdefault((row["locale"], row["sample"]), {})[row["field"]] = row["value"]
    return names


def initial(word):
    """The first letter with its marks."""
    end = 1
    while end < len(word) and unicodedata.category(word[end]).startswith("M"):
        end += 1
    return word[:end] + "."


def value(name, field):
    base, *modifiers = field.split("-")
    if base == "given" and "informal" in modifiers:
        found = name.get("given-informal") or name.get("given", "")
    elif base == "surname":
        prefix, core = name.get("surname-prefix", ""), name.get("surname-core") or name.get("surname", "")
        whole = name.get("surname") or " ".join(part for part in (prefix, core) if part)
        found = prefix if "prefix" in modifiers else core if "core" in modifiers else whole
    else:
        found = name.get(base, "")
    if "initialCap" in modifiers and found:
        found = found[0].upper() + found[1:]
    if "initial" in modifiers:
        found = " ".join(initial(word) for word in found.split())
    return found.strip()


def coalesced(a, b):
    if not a or not b or a.endswith(b):
        return a or b
    return re.sub(r"(\s)\s+", r"\1", a + b)


def filled(pattern, name):
    parts = re.split(r"\{([^}]*)\}", pattern)
    texts, fields = parts[0::2], parts[1::2]
    if not (name.get("surname") or name.get("surname-core")):
        if not any(field.split("-")[0] == "given" and not field.endswith("initial") for field in fields):
            name = {**name, "surname": name.get("given", ""), "given": "", "given-informal": ""}
    values = [value(name, field) for field in fields]
    known = [at for at, found in enumerate(values) if found]
    if not known:
        return ""
    formed = (texts[0] if known[0] == 0 else "") + values[known[0]]
    for before, after in zip(known, known[1:]):
        between = texts[after] if after == before + 1 else coalesced(texts[before + 1], texts[after])
        formed += between + values[after]
    if known[-1] == len(values) - 1:
        formed += texts[-1]
    return re.sub(r"\s+([,،])", r"\1", formed)


def order(form, locale):
    parts = locale.split("-")
    for tag in ["-".join(parts[:length]) for length in range(len(parts), 0, -1)] + ["und"]:
        for which in ("surnameFirst", "givenFirst"):
            if tag in form[which]:
                return which
    return "givenFirst"


def main():
    with gzip.open(sys.argv[1], "rt", encoding="utf-8") as file:
        forms = json.load(file)
    out = csv.writer(sys.stdout, lineterminator="\n")
    columns = [f"{usage}_{formality}" for _, usage in USAGES for formality in FORMALITIES]
    out.writerow(["locale", "sample", "order", *columns])
    for (locale, sample), name in sorted(samples().items()):
        # Of a foreign sample CLDR does not say where it is from.
        if not sample.startswith("native"):
            continue
        form = forms[locale]
        first = order(form, locale)
        patterns = form["personName"][first]
        formed = [filled(patterns[length][usage][formality], name) for length, usage in USAGES for formality in FORMALITIES]
        space = form["nativeSpaceReplacement"]
        out.writerow([locale, sample, first, *(text.replace(" ", space) for text in formed)])


if __name__ == "__main__":
    main()
