/** docs/messages.md for the code as it is. */
export function messagesPage(): string;
/** docs/messages.md as it is committed. */
export function committedMessages(): string;
