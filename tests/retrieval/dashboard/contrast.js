// Each text of the page that stands out too little from what is behind it (WCAG 2.2, 1.4.3: 4.5, large text 3).
() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = channels(color).map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (; one; one = one.parentElement) {
      const ground = getComputedStyle(one).backgroundColor;
      if ((channels(ground)[3] ?? 1) > 0) return ground;
    }
    return getComputedStyle(document.body).backgroundColor;
  };
  const faint = [];
  for (const one of document.querySelectorAll("body *")) {
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) || !one.checkVisibility()) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(style.color), light(behind(one))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const least = size >= 24 || (size >= 18.66 && style.fontWeight >= 600) ? 3 : 4.5;
    if (ratio < least) faint.push(`${ratio.toFixed(2)} ${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 40)}`);
  }
  return faint;
};
