/** One chain for TFTP and HTTP: routes are asked in order, the first that serves or refuses answers. */
import type { Content, ContentRequest, ContentRoute, Finding } from './content.ts';

/** What a name would be for a client, without giving it out. */
export interface Explanation {
  /** The route that answers; undefined when none has the name. */
  readonly route: string | undefined;
  /** What it is, as `find` would say, with the file closed again. */
  readonly found: Finding['kind'];
  /** Name under which it was found, or why there is nothing. */
  readonly detail: string;
  readonly size: number | undefined;
  /** Each route in order with the names it looked for. */
  readonly tried: readonly { readonly route: string; readonly names: readonly string[] }[];
}

export interface ContentChain extends Content {
  /** The preview behind "what would this MAC get?". Never rejects. */
  explain(request: ContentRequest): Promise<Explanation>;
}

export function createContent(routes: readonly ContentRoute[]): ContentChain {
  async function ask(
    request: ContentRequest,
    heard?: (route: string) => (what: string) => void,
  ): Promise<{ route: string | undefined; finding: Finding }> {
    for (const route of routes) {
      try {
        const finding = await route.find(request, heard?.(route.route));
        if (finding) return { route: route.route, finding };
      } catch (error) {
        const detail = `the ${route.route} failed: ${error instanceof Error ? error.message : String(error)}`;
        return { route: route.route, finding: { kind: 'none', why: 'unreadable', detail } };
      }
    }
    return { route: undefined, finding: { kind: 'none', why: 'missing', detail: 'no such file' } };
  }

  return {
    find: async request => (await ask(request)).finding,

    async explain(request) {
      const tried: { route: string; names: string[] }[] = [];
      const { route, finding } = await ask(request, name => {
        const names: string[] = [];
        tried.push({ route: name, names });
        return what => names.push(what);
      });
      if (finding.kind === 'file') finding.close();
      return {
        route,
        found: finding.kind,
        detail: finding.kind === 'none' ? finding.detail : finding.name,
        size: finding.kind === 'file' ? finding.size : finding.kind === 'bytes' ? finding.bytes.length : undefined,
        tried,
      };
    },
  };
}
