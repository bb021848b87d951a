export interface WitType {
  kind: string;
  name?: string;
  fields?: { name: string; type: WitType }[];
  cases?: string[];
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
