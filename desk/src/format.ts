import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { serviceNow } from "./clock";
import type { CalendarDate, WeeklyWindow } from "./gen/gratitude/v1/types_pb";
import { locale } from "./i18n";
import { timeZone } from "./state";

/** A name that goes into a line of text: whatever it holds, it does not turn the direction of what stands behind it. */
export function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}

/** Hours and minutes on the location's clock. */
export function clockTime(instant: Date): string {
  return format(instant, { hour: "2-digit", minute: "2-digit" });
}

/** A day as people say it, without the year where it is this one. */
export function day(instant: Date): string {
  const year = (of: Date) => format(of, { year: "numeric" });
  const isThisYear = year(instant) === year(serviceNow());
  return format(instant, { day: "numeric", month: "short", ...(isThisYear ? {} : { year: "numeric" }) });
}

/** Day and time on the location's clock; the time alone where it is today. */
export function dayAndTime(instant: Date): string {
  const isToday = day(instant) === day(serviceNow());
  return isToday ? clockTime(instant) : `${day(instant)}, ${clockTime(instant)}`;
}

function format(instant: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale.value, { ...options, timeZone: timeZone.value }).format(instant);
}

/** A date of the calendar, which has no zone; the year may be unknown. */
export function calendarDate(date: CalendarDate, withDay = true): string {
  const instant = new Date(Date.UTC(date.year || 2000, date.month - 1, date.day));
  const options: Intl.DateTimeFormatOptions = {
    month: withDay ? "short" : "long",
    ...(withDay ? { day: "numeric" } : {}),
    ...(date.year ? { year: "numeric" } : {}),
  };
  return new Intl.DateTimeFormat(locale.value, { ...options, timeZone: "UTC" }).format(instant);
}

export function instantOf(timestamp: Timestamp | undefined): Date | undefined {
  return timestamp && timestampDate(timestamp);
}

/** The hours of today, such as "09:00–20:00"; all of the week's days have their own. */
export function hoursOn(windows: WeeklyWindow[], zone: string, now: Date): string {
  const name = new Intl.DateTimeFormat("en-GB", { weekday: "short", timeZone: zone }).format(now);
  const weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(name) + 1;
  const two = (n: number) => String(n).padStart(2, "0");
  const todays = windows.filter((window) => window.weekday === weekday);
  return todays
    .map(({ open, close }) => `${two(open?.hours ?? 0)}:${two(open?.minutes ?? 0)}–${two(close?.hours ?? 0)}:${two(close?.minutes ?? 0)}`)
    .join(", ");
}

/** The instant at which a wall clock of the zone shows a local time such as "2026-03-02T15:00", wherever this desk is. */
export function instantIn(zone: string, local: string): Date {
  const asIfUtc = Date.parse(`${local}Z`);
  // The offset is looked up at a first guess, then where that led: right on both sides of a change of the clocks.
  const guess = asIfUtc - offsetMs(zone, asIfUtc);
  return new Date(asIfUtc - offsetMs(zone, guess));
}

function offsetMs(zone: string, at: number): number {
  // Swedes write dates and times as ISO 8601 does.
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" }).format(at);
  return Date.parse(`${shown.replace(" ", "T")}Z`) - Math.floor(at / 1_000) * 1_000;
}

export function list(words: string[]): string {
  return new Intl.ListFormat(locale.value, { type: "conjunction" }).format(words);
}
