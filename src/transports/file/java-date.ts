/** The letters of Java's SimpleDateFormat that timestamps in file names are written with. */
export function javaDate(pattern: string, now: Date): string {
  const field: Readonly<Record<string, number>> = {
    y: now.getFullYear(),
    M: now.getMonth() + 1,
    d: now.getDate(),
    H: now.getHours(),
    m: now.getMinutes(),
    s: now.getSeconds(),
    S: now.getMilliseconds(),
  };
  return pattern.replace(
    /'([^']*)'|([yMdHmsS])\2*/g,
    (letters, quoted: string | undefined, letter: string | undefined) => {
      if (letter === undefined) return quoted ?? letters;
      const digits = String(field[letter] ?? 0).padStart(letters.length, '0');
      return letter === 'y' && letters.length === 2 ? digits.slice(-2) : digits;
    },
  );
}
