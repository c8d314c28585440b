export default function BenchBackground() {
  return null;
}
