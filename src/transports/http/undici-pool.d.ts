// The pool alone: importing all of undici costs 13 MiB more.
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';
  export default Pool;
}
