export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where log lines go. Never throws, never blocks. Values are text; secrets never get here. */
export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, string>>) => void;
