import { stringify } from 'yaml';
import type { Param, ParamType, Specification } from '../../runtime/contract.ts';

const TYPES: Record<ParamType, string> = {
  text: 'string',
  int: 'int',
  float: 'float',
  boolean: 'bool',
  file: 'file',
  duration: 'duration',
};

interface YamlParameter {
  name: string;
  description: string;
  type: string;
  default: string;
  validations: { type: string; value: string }[];
}

/** The specification as Conduit's `connector.yaml`, format 1.0, in the order of Conduit's own generator. */
export function connectorYaml(specification: Specification): Record<string, unknown> {
  return {
    version: '1.0',
    specification: {
      name: specification.name,
      summary: specification.summary,
      description: specification.description,
      version: specification.version,
      author: specification.author,
      source: { parameters: parameters(specification.sourceParams) },
      destination: { parameters: parameters(specification.destinationParams) },
    },
  };
}

export function asYaml(tree: Record<string, unknown>): string {
  return stringify(tree, { lineWidth: 0 });
}

/** Sorts parameters: required ones first, then by name, those of the SDK last. */
function parameters(params: readonly Param[]): YamlParameter[] {
  const rank = (param: Param): number => (param.name.startsWith('sdk.') ? 2 : 0) + (isRequired(param) ? 0 : 1);
  return params
    .toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
    .map((param) => ({
      name: param.name,
      description: param.description,
      type: TYPES[param.kind],
      default: param.defaultValue,
      validations: param.validations.map(({ kind, operand }) => ({ type: kind, value: operand })),
    }));
}

function isRequired(param: Param): boolean {
  return param.validations.some((validation) => validation.kind === 'required');
}
