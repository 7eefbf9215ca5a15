// Requests to the server: an answer that is ours, or why there is none.

import { heard } from "./clock.js";

const PATIENCE_MS = 20000;

// {status, code, text} of an answer; "offline", "signed_out" or "failed" when there is none of ours.
export async function ask(url, options = {}) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(url, { ...options, signal: patience.signal });
    const text = await answer.text();
    const code = answer.headers.get("X-Sandyq"); // "1", or the code of a refusal
    if (code) heard(answer.headers.get("Date"));
    if (code && !answer.redirected) return { status: answer.status, code, text };
    return answer.redirected && answer.url.includes("/sign-in") ? "signed_out" : "failed";
  } catch {
    return "offline";
  } finally {
    clearTimeout(timer);
  }
}

export function post(url, data, token) {
  return ask(url, {
    method: "POST",
    body: new URLSearchParams(data),
    headers: { "X-Requested-With": "desk", "X-CSRFToken": token },
  });
}

// What a form would send, without what differs from sending to sending.
export function sending(form) {
  const data = Object.fromEntries(new FormData(form));
  delete data.csrf_token;
  delete data.request_id;
  return { url: new URL(form.action).pathname, data };
}
