import type { Specification } from '../host/runtime/contract.ts';

/** docs/configuration.md for a specification. */
export function configurationPage(specification: Specification): string;
/** What the built component says of itself. */
export function builtSpecification(): Promise<Specification>;
/** docs/configuration.md as it is committed. */
export function committedPage(): string;
/** connector.yaml for a specification. */
export function connectorFile(specification: Specification): string;
/** connector.yaml as it is committed. */
export function committedConnectorFile(): string;
