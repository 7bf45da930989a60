"""Service Catalog: portfolios of products, and products that are provisioned as stacks with their launch role."""
