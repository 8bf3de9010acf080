import { runCommand } from './cli/run-command.ts';

// No top-level await: the product is one CJS file.
runCommand(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    process.exitCode = 70;
  },
);
