/** Mantine's theme: one accent, a system face, and the tokens of `ui/tokens.css` where Mantine has names of its own for them. */
import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Kbd,
  type MantineColorsTuple,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';

const accent: MantineColorsTuple = [
  '#eef1ff',
  '#dde3fd',
  '#bac6f9',
  '#95a8f6',
  '#758ef2',
  '#617df0',
  '#5574ef',
  '#3f5fd8',
  '#3653c4',
  '#2946ad',
];

/** Mantine's red is too light behind white words. */
const red: MantineColorsTuple = [
  '#fdeaea',
  '#fbdada',
  '#f3bcbc',
  '#f19a9a',
  '#ff8f8f',
  '#e86b6b',
  '#d33a3a',
  '#bf2c2c',
  '#ab2222',
  '#931b1b',
];

const slate: MantineColorsTuple = [
  '#e6e9ef',
  '#c3cad6',
  '#9aa4b5',
  '#6d7789',
  '#3b4351',
  '#2a303c',
  '#1e232d',
  '#171b23',
  '#12151c',
  '#0c0f14',
];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 7 },
  colors: { accent, red, dark: slate },
  fontFamily: "-apple-system, 'Segoe UI', 'Adwaita Sans', Inter, Cantarell, Ubuntu, system-ui, sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', 'Adwaita Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
    NumberInput: NumberInput.extend({ defaultProps: { size: 'sm' } }),
    Textarea: Textarea.extend({ defaultProps: { size: 'sm' } }),
    Select: Select.extend({ defaultProps: { size: 'sm', allowDeselect: false } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, withArrow: true, multiline: true } }),
    SegmentedControl: SegmentedControl.extend({ styles: { label: { color: 'var(--text)', fontWeight: 500 } } }),
    Kbd: Kbd.extend({ defaultProps: { size: 'xs' } }),
    Modal: Modal.extend({
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        transitionProps: { duration: 120 },
        overlayProps: { backgroundOpacity: 0.4 },
      },
    }),
  },
});

/** Mantine's own grey for dimmed text and placeholders misses AA; its surfaces are ours. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--surface)',
    '--mantine-color-text': 'var(--text)',
    '--mantine-color-dimmed': 'var(--dim)',
    '--mantine-color-placeholder': 'var(--dim)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--surface-2)',
    '--mantine-color-default-color': 'var(--text)',
    '--mantine-color-default-border': 'var(--line-strong)',
    '--mantine-color-error': 'var(--bad)',
    '--mantine-color-anchor': 'var(--accent-text)',
  };
  return { variables: {}, light: shared, dark: shared };
};
