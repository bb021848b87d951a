// What Kafka allows as the name of a topic.

export const MAX_TOPIC_LENGTH = 249;

function isTopicCharacter(c: i32): bool {
  return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || (c >= 0x30 && c <= 0x39) || c == 0x2e || c == 0x5f || c == 0x2d;
}

/** Letters, digits, '.', '_' and '-' only; says nothing about the length. */
export function hasOnlyTopicCharacters(s: string): bool {
  for (let i = 0; i < s.length; i++) if (!isTopicCharacter(s.charCodeAt(i))) return false;
  return true;
}

/** True if Kafka can have a topic of this name. */
export function isTopicName(s: string): bool {
  return s.length > 0 && s.length <= MAX_TOPIC_LENGTH && s != '.' && s != '..' && hasOnlyTopicCharacters(s);
}
