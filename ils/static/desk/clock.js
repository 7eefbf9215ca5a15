// The server's clock, as its answers tell it: each scan says when it was made by that clock.

const NEGLIGIBLE_MS = 2000; // an answer says whole seconds, and takes a while to come

let ahead = 0;

// An answer said what time it is there.
export function heard(date) {
  const off = Date.parse(date) - Date.now() - ahead;
  if (Math.abs(off) > NEGLIGIBLE_MS) ahead += off;
}

export function serverNow() {
  return Date.now() + ahead;
}

// The day there is at a place at this moment, as 2026-01-31.
export function dayAt(timezone) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: timezone }).format(serverNow());
}
