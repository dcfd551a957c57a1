# Prints interpreter, platform and installed distributions as JSON. Standard library only, Python 3.6 and later.
import json
import platform

try:
    from importlib.metadata import distributions

    found = [(d.metadata["Name"], d.version) for d in distributions()]
except ImportError:  # before 3.8
    import pkg_resources

    found = [(d.project_name, d.version) for d in pkg_resources.working_set]

packages = sorted({(name, version) for name, version in found if name and version})
print(
    json.dumps(
        {
            "python": {
                "implementation": platform.python_implementation(),
                "version": platform.python_version(),
            },
            "platform": {
                "system": platform.system(),
                "machine": platform.machine(),
                "description": platform.platform(),
            },
            "packages": [{"name": name, "version": version} for name, version in packages],
        }
    )
)
