"""How the REST API answers and describes itself."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "organisations.api.authentication.ApiKeyAuthentication",
        "organisations.api.authentication.SessionAuthentication",
    ],
    # Closed to everybody; OrganisationAPIView declares what it asks for.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kernel.parsers.JsonParser"],
    "EXCEPTION_HANDLER": "kernel.problems.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "organisations.api.schema.HouseSchema",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `?format=` means something else where we use it
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Bottega",
    "DESCRIPTION": "Build, publish, discover and chat with assistants.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "organisations.schema.add_stream_routes",
        "organisations.schema.add_shared_parts",
    ],
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}
