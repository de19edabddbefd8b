"""Reads mails as a mail program does (Python's email and html.parser): a mail in base64 on each line in, JSON out."""

import base64
import email
import email.header
import email.policy
import email.utils
import html.parser
import json
import sys


class Page(html.parser.HTMLParser):
    """What a browser makes of a page: its elements with their attributes, and the words between them."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.others, self.words = [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append([tag, attributes])
        self.words += "\n"

    def handle_data(self, data):
        self.words += data

    def handle_comment(self, data):
        self.others.append(data)

    def handle_pi(self, data):
        self.others.append(data)

    def unknown_decl(self, data):
        self.others.append(data)


def decoded(words):
    return str(email.header.make_header(email.header.decode_header(words)))


def read(content):
    mail = email.message_from_bytes(content, policy=email.policy.default)
    # Names by the older parser: the newer one leaves spaces between encoded words before Python 3.13 (gh-128110).
    older = email.message_from_bytes(content)

    def one(header):
        return [[decoded(name), address] for name, address in email.utils.getaddresses([older[header]])]

    parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
    page = Page(parts.get("text/html", ""))
    defects = [str(defect) for part in mail.walk() for defect in part.defects]
    defects += [str(defect) for name in mail.keys() for defect in mail[name].defects]
    return {
        "headers": [name.lower() for name in mail.keys()],
        "from": one("from"),
        "reply_to": one("reply-to"),
        "to": one("to"),
        "subject": mail["subject"],
        "message_id": mail["message-id"],
        "list_unsubscribe": mail["list-unsubscribe"],
        "plain": parts.get("text/plain"),
        "html": parts.get("text/html"),
        "elements": page.elements,
        "others": page.others,
        "words": page.words,
        "parts": len(parts),
        "defects": defects,
    }


for line in sys.stdin:
    content = base64.b64decode(line)
    try:
        answer = read(content)
    except Exception as error:
        answer = {"error": repr(error), "defects": repr(content)}
    print(json.dumps(answer), flush=True)
