import { runCommand } from './cli/run-command.ts';
import { exitCode } from './cli/usage.ts';

// A function, because the product is one CJS file, which knows no top-level await.
async function main(): Promise<void> {
  try {
    process.exitCode = await runCommand(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    process.exitCode = exitCode.defect;
  }
}

void main();
