export type Mechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER';

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** The one user of every broker, good for every mechanism with a password. */
export const LOGIN: Login = { username: 'alice', password: 'geheim-7391-of-alice' };

export const SCRAM_MECHANISMS: readonly Mechanism[] = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];
