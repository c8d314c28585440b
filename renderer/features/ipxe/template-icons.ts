/** A picture for each template. */
import {
  IconBrandDebian,
  IconBrandUbuntu,
  IconListDetails,
  IconMapPin,
  IconMountain,
  type IconProps,
  IconRepeat,
  IconServerBolt,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';

export const TEMPLATE_ICONS: Readonly<Record<string, ComponentType<IconProps>>> = {
  almalinux: IconServerBolt,
  alpine: IconMountain,
  debian: IconBrandDebian,
  ubuntu: IconBrandUbuntu,
  'linux-static': IconMapPin,
  'library-menu': IconListDetails,
  retry: IconRepeat,
};
