import type { ComponentSource } from '../../host/runtime/component.ts';

/** The same component; the linear memory of each of its instances is added to `memories`. */
export function spiedComponent(component: ComponentSource, memories: WebAssembly.Memory[]): ComponentSource {
  return {
    ...component,
    instantiate: (getModule, imports, instantiateCore) =>
      component.instantiate(getModule, imports, async (module, coreImports) => {
        const instance = await instantiateCore(module, coreImports);
        if (instance.exports['memory'] !== undefined) memories.push(instance.exports['memory'] as WebAssembly.Memory);
        return instance;
      }),
  };
}
