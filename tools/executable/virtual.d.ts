/** The module that jco wrote for the component. `bundle.ts` resolves it to the file in dist/. */
declare module 'virtual:component' {
  export const instantiate: import('../../host/runtime/component.ts').InstantiateComponent;
}
