// Loaded into the replica that warms the product (tools/warm.ts): writes the code of the program when the process ends.
// V8 forgets code that ran only once, here the whole start-up; it is told not to. The flag is taken back before the code
// is written, because V8 refuses code that was made under other flags.
const { writeFileSync } = require('node:fs');
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--no-flush-bytecode');
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options);
    process.on('exit', () => {
      v8.setFlagsFromString('--flush-bytecode');
      writeFileSync(options.filename.replace(/\.js$/, '.cache'), this.createCachedData());
    });
  }
};
