/** What takes but a moment is not worth a spinner. */
import { useEffect, useState } from 'react';

/** True when `isOn` has been true for `ms`. */
export function useDelayed(isOn: boolean, ms = 300): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    if (!isOn) return;
    const timer = setTimeout(() => setLate(true), ms);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [isOn, ms]);
  return isOn && isLate;
}
