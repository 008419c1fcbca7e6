/** The mark: a battlement, its gate, and the door a hand's breadth open. */
export const Logo = ({ className = "size-6" }: { className?: string }) => (
  <svg viewBox="0 0 24 24" className={className} aria-hidden="true">
    <path
      className="fill-ink"
      fillRule="evenodd"
      d="M2 21.5V4h4.3v3.2h3.4V4h4.6v3.2h3.4V4H22v17.5ZM7 21.5V15a5 5 0 0 1 10 0v6.5Z"
    />
    <path className="fill-accent" d="M8.3 21.5V15a3.7 3.7 0 0 1 1.9-3.2l4.1 2.4v7.3Z" />
  </svg>
);
