"""What people look at: graph pages and charts."""
