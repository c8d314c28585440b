/** What the command palette shows for what was typed: the nearest name first, whatever group it is in. */

export interface Findable {
  readonly label?: string | undefined;
  readonly description?: string | undefined;
  readonly keywords?: string | readonly string[] | undefined;
}

export interface FindableGroup<T extends Findable> {
  readonly group: string;
  readonly actions: readonly T[];
}

const text = (value: string | readonly string[] | undefined): string =>
  (Array.isArray(value) ? value.join(' ') : String(value ?? '')).toLowerCase();

/** 0 the name begins so, 1 a word of it does, 2 the name has it, 3 only description and keywords do; undefined: not meant. */
function distance(query: string, { label, description, keywords }: Findable): number | undefined {
  const name = text(label);
  if (name.startsWith(query)) return 0;
  if (name.includes(` ${query}`)) return 1;
  if (name.includes(query)) return 2;
  const all = `${name} ${text(description)} ${text(keywords)}`;
  return query.split(/\s+/).every(word => all.includes(word)) ? 3 : undefined;
}

/** Groups and their actions, nearest first; what is equally near keeps its order. */
export function searchCommands<T extends Findable>(
  typed: string,
  groups: readonly FindableGroup<T>[],
): { group: string; actions: T[] }[] {
  const query = typed.trim().toLowerCase();
  return groups
    .map(({ group, actions }) => {
      const near = actions
        .map(action => ({ action, at: distance(query, action) }))
        .filter((found): found is { action: T; at: number } => found.at !== undefined)
        .sort((a, b) => a.at - b.at);
      return { group, actions: near.map(({ action }) => action), nearest: near[0]?.at ?? 0 };
    })
    .filter(({ actions }) => actions.length > 0)
    .sort((a, b) => a.nearest - b.nearest)
    .map(({ group, actions }) => ({ group, actions }));
}
