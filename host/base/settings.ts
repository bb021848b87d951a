/** Settings of a connector as text, by name. */
export type Settings = Readonly<Record<string, string>>;

/**
 * Trims names and values, as Conduit's SDK does. Every reader of settings gets this form: otherwise a blank before a name would hide the setting
 * from those readers that do not trim. If two names are equal once trimmed, the last value counts.
 */
export function trimmedSettings(settings: Settings): Settings {
  // The object has no prototype because a setting may have any name, `__proto__` too.
  const trimmed = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(settings)) trimmed[name.trim()] = value.trim();
  return trimmed;
}

/** A boolean as Go's `strconv.ParseBool` reads it, which Conduit and the guest use; null for every other text. */
export function parseBool(text: string): boolean | null {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : null;
}
