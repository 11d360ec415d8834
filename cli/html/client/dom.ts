/** What an element may get: a text becomes a text node, so that nothing in it is markup. */
export type Child = Node | string | undefined;

/** Attributes; listeners are added by the caller. `undefined` leaves one out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an element: `el('button.chip', { type: 'button' }, 'net')`. */
export function el(what: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  const [name = 'div', ...classes] = what.split('.');
  const element = document.createElement(name);
  return filled(element, classes, attributes, children);
}

/** Makes an element of a picture. */
export function svg(what: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const [name = 'g', ...classes] = what.split('.');
  return filled(
    document.createElementNS('http://www.w3.org/2000/svg', name),
    classes,
    attributes,
    children,
  );
}

function filled<T extends Element>(
  element: T,
  classes: readonly string[],
  attributes: Attributes,
  children: readonly Child[],
): T {
  if (classes.length > 0) element.setAttribute('class', classes.join(' '));
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) element.setAttribute(key, String(value));
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** Makes a button that does `act`. */
export function button(
  what: string,
  text: Child,
  act: () => void,
  attributes: Attributes = {},
): HTMLElement {
  const made = el(`button.${what}`, { type: 'button', ...attributes }, text);
  made.addEventListener('click', act);
  return made;
}

/** Returns a number with its noun. */
export function count(n: number, one: string, several = `${one}s`): string {
  return `${n} ${n === 1 ? one : several}`;
}
