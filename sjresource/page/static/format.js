// How times, durations and names are written.

const pad = (number) => String(number).padStart(2, "0");

export function moment(milliseconds) {
  const at = new Date(milliseconds);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${timeOfDay(milliseconds)}`;
}

export function timeOfDay(milliseconds, seconds = true) {
  const at = new Date(milliseconds);
  const short = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  return seconds ? `${short}:${pad(at.getSeconds())}` : short;
}

export function day(milliseconds) {
  return new Date(milliseconds).toLocaleDateString(undefined, { month: "short", day: "numeric" });
}

export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function nameOf(arn) {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

export function regionOf(arn) {
  return arn.split(":")[3] ?? "";
}

export function firstLine(text) {
  const end = text.indexOf("\n");
  return end < 0 ? text : text.slice(0, end);
}
