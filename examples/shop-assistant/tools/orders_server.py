from mcp.server.fastmcp import FastMCP

server = FastMCP("orders")


@server.tool()
def find_order(order: str) -> dict:
    """Look an order up by its number."""
    return {"order": order, "state": "unknown"}


if __name__ == "__main__":
    server.run()
