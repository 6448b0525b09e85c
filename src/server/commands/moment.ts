/** A moment for people, in their own time: `2026-11-25 15:42:07`. */
export function moment(date: Date): string {
  return date.toLocaleString('sv-SE');
}

/** The same in a sentence, to the minute, without the day if it is today: `15:42`. */
export function clock(date: Date, now = new Date()): string {
  const [day, time = ''] = moment(date).split(' ');
  const minute = time.slice(0, 5);
  return day === moment(now).split(' ')[0] ? minute : `${day} ${minute}`;
}

/** The same for the end of something: a minute in which it is over for sure. */
export function endClock(date: Date): string {
  return clock(new Date(Math.ceil(date.getTime() / MINUTE) * MINUTE));
}

const MINUTE = 60_000;
