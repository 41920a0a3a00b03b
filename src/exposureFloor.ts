/** Exposures below which a new token is starved: it has hardly learned. It stands by itself, because lab and page both use it. */
export const exposureFloor = 100;
