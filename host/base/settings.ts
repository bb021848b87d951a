/** Settings of a connector as text, by name. */
export type Settings = Readonly<Record<string, string>>;

/**
 * Names and values without the blanks around them, as Conduit's SDK reads settings. Whoever reads settings gets this form, so that a blank
 * before a name cannot hide a setting from one reader and not from another. A name that is there twice then keeps its last value.
 */
export function trimmedSettings(settings: Settings): Settings {
  // Without a prototype: a setting may have any name.
  const trimmed = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(settings)) trimmed[name.trim()] = value.trim();
  return trimmed;
}
