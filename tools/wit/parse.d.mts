export interface WitType {
  kind: string;
  name?: string;
  fields?: { name: string; type: WitType }[];
  /** Of an enum or a variant; a case of an enum has no type, one of a variant may have none. */
  cases?: { name: string; type?: WitType | null }[];
}
export interface WitInterface {
  fullName: string;
  types: Map<string, WitType>;
  uses: Map<string, string>;
  functions: { name: string }[];
}
export function readWorld(
  folder: string,
  world: string,
): { imports: WitInterface[]; exports: WitInterface[]; interfaces: Map<string, WitInterface> };
