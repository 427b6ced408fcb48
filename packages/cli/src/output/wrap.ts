/** A text in lines of at most `width`, with a label before the first and an indent of the same width before the others. */
export function labelled(
  label: string,
  text: string,
  { indent, width }: { readonly indent: number; readonly width: number },
): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(/\s+/u)) {
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return `${label}${lines.join(`\n${' '.repeat(indent)}`)}\n`;
}
