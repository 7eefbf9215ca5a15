// Sounds: made here, short, one for each level.

const MUTE = "sandyq-mute";
const TONES = { // [frequency in Hz, start and length in seconds]; a situation's own, or its level's
  to_hold_shelf: [[880, 0, 0.08], [1175, 0.1, 0.08], [1480, 0.2, 0.09]],
  into_transit: [[880, 0, 0.1], [587, 0.12, 0.16]],
  success: [[1320, 0, 0.09]],
  info: [[880, 0, 0.09], [880, 0.13, 0.09]],
  warning: [[660, 0, 0.12], [880, 0.14, 0.14]],
  error: [[196, 0, 0.28]],
};
let speaker = null;

export function tones(level, situation) {
  return TONES[situation] ?? TONES[level] ?? [];
}

export function sound(level, situation) {
  if (localStorage.getItem(MUTE)) return;
  for (const [frequency, start, length] of tones(level, situation)) {
    speaker ??= new AudioContext();
    const tone = speaker.createOscillator();
    const volume = speaker.createGain();
    tone.type = level === "error" ? "square" : "sine";
    tone.frequency.value = frequency;
    volume.gain.value = 0.15;
    tone.connect(volume).connect(speaker.destination);
    tone.start(speaker.currentTime + start);
    tone.stop(speaker.currentTime + start + length);
  }
}

// A button that switches the sound off and on; `then` gives the focus back.
export function muteButton(button, texts, then) {
  const label = () => { button.textContent = localStorage.getItem(MUTE) ? texts.mute : texts.unmute; };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (localStorage.getItem(MUTE)) localStorage.removeItem(MUTE);
    else localStorage.setItem(MUTE, "1");
    label();
    then();
  });
  label();
}
