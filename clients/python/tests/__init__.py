import os

# Tests start processes while gRPC's threads run. Those processes never use the gRPC of their parent: its handlers for
# forks have nothing to do.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
