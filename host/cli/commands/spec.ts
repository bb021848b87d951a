import type { Context, CommandReport } from './context.ts';
import { asYaml, connectorYaml } from './specification.ts';

/** `spec`: prints the specification of the component. */
export async function spec(context: Context): Promise<CommandReport> {
  const specification = await context.connectors.specify();
  const tree = connectorYaml(specification);
  const count = specification.sourceParams.length + specification.destinationParams.length;
  return { summary: `${specification.name} ${specification.version}, ${count} parameters`, result: tree, text: asYaml(tree) };
}
