/** A page of which is kept what it complains of, and what it asks the network for. */
export class WatchedPage {
  constructor(page) {
    this.page = page;
    this.complaints = [];
    this.requests = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("request", (request) => this.requests.push(request.url()));
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }
}
