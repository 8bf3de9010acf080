import { customResource } from './crd.ts';
import type { Field, Fields } from './schema.ts';
import { spec } from './spec.ts';
import { status } from './status.ts';

/** docs/reference/integration.md, without its note that it is generated. */
export function integrationPage(): string {
  const { kind } = customResource();
  return [
    '# Integration',
    `\`apiVersion: gantry.dev/v1alpha1\`, \`kind: Integration\`. \`gantry crd\` prints the ${kind}.`,
    '## spec',
    table(['Field', 'Type', 'Default', 'Meaning'], rows(fieldsOf(spec), '')),
    'The API server refuses what breaks these rules:',
    rules(''),
    '## status',
    table(
      ['Field', 'Type', 'Meaning'],
      rows(fieldsOf(status), '').map(([field, type, , meaning]) => [field!, type!, meaning!]),
    ),
  ].join('\n\n');
}

function fieldsOf(field: Field): Fields {
  return field.inside ?? {};
}

function rows(fields: Fields, within: string): string[][] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = within === '' ? name : `${within}.${name}`;
    const fallback =
      field.required === true ? 'required' : field.default === undefined ? '' : `\`${String(field.default)}\``;
    const list = field.schema['type'] === 'array' ? '[]' : '';
    return [
      [`\`${path}${list}\``, field.type, fallback, field.doc],
      ...(field.inside ? rows(field.inside, `${path}${list}`) : []),
    ];
  });
}

function rules(within: string, fields: Fields = { spec }): string {
  return Object.entries(fields)
    .flatMap(([name, field]) => {
      const path = within === '' ? name : `${within}.${name}`;
      const own = (field.rules ?? []).map(({ message }) => `- \`${path}\`: ${message}`);
      return [...own, ...(field.inside ? [rules(path, field.inside)] : [])];
    })
    .filter((line) => line !== '')
    .join('\n');
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}
