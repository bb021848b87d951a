import { start } from './start.ts';

void start(async () => (await import('./program/kafka.ts')).kafkaProgram());
