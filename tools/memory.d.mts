/** Arguments for asc that define what assembly/abi/budget.ts reads. */
export function memoryConstants(asconfig: string): string[];
