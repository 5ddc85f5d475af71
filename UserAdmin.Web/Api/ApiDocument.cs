using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using UserAdmin.Core.Common;
using UserAdmin.Web.Security;

namespace UserAdmin.Web.Api;

/// <summary>The OpenAPI document, made from the endpoints, and the page to try them.</summary>
internal static class ApiDocument
{
    public const string Address = "/api/openapi.json", Page = "/api/docs";

    private const string Scheme = "bearer", OldPage = "/swagger";

    // The page sets style elements of its own and draws its icons from data addresses; its scripts are files.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        var called = new ConcurrentDictionary<string, Type>();
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.CreateSchemaReferenceId = json => NameOf(json, called);
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;
        options.AddSchemaTransformer((schema, context, _) =>
        {
            ApiSchemas.Complete(schema, context.JsonTypeInfo.Type);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer(async (document, context, cancel) =>
        {
            document.Info = new()
            {
                Title = "UserAdmin",
                Version = "v1",
                Description = "Users, roles, organizations, sessions, audit, reports and everything else of the portal. The guide stands in docs/api.md.",
                Contact = new() { Name = "Whoever runs this portal", Url = new(context.ApplicationServices.GetRequiredService<PublicAddress>().Link("/")) },
                License = new() { Name = "See the licence of your copy", Url = new(context.ApplicationServices.GetRequiredService<PublicAddress>().Link("/")) },
            };
            document.Servers = [new() { Url = context.ApplicationServices.GetRequiredService<PublicAddress>().Link("").TrimEnd('/') }];
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT", Description = "An access token from /api/v1/auth/login, or a token that was made in the portal." },
            };
            document.Tags = document.Paths.Values.SelectMany(path => path.Operations ?? []).SelectMany(operation => operation.Value.Tags ?? new HashSet<OpenApiTagReference>())
                .Select(tag => tag.Name).OfType<string>().Distinct().Order(StringComparer.Ordinal).Select(name => new OpenApiTag { Name = name, Description = $"{name}." }).ToHashSet();
            document.AddComponent(nameof(ApiProblem), await context.GetOrCreateSchemaAsync(typeof(ApiProblem), null, cancel));
            ApiExamples.AddTo(document);
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            Complete(operation, context);
            return Task.CompletedTask;
        });
    });

    public static void MapApiDocument(this WebApplication app)
    {
        if (IsServed(app))
            app.MapOpenApi(Address).AllowAnonymous();
    }

    /// <summary>Before authentication, because the page is for whoever looks at it. Where it isn't served there is nothing, also for strangers (I04).</summary>
    public static void UseApiPage(this WebApplication app)
    {
        var isServed = IsServed(app);
        app.Use((http, next) =>
        {
            var path = http.Request.Path;
            if (path.StartsWithSegments(OldPage) || !isServed && (path.StartsWithSegments(Page) || path.StartsWithSegments(Address)))
            {
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }
            if (path.StartsWithSegments(Page))
                SecurityHeaders.SetPolicy(http, PagePolicy);
            return next(http);
        });
        if (isServed)
            app.UseSwaggerUI(page =>
            {
                page.RoutePrefix = Page.TrimStart('/');
                page.SwaggerEndpoint(Address, "UserAdmin v1");
                page.DocumentTitle = "UserAdmin API";
            });
    }

    private static bool IsServed(WebApplication app) => app.Services.GetRequiredService<IOptions<ApiSettings>>().Value.Docs ?? app.Environment.IsDevelopment();

    // Of two types with one name the document would describe one and call both so.
    private static string? NameOf(JsonTypeInfo json, ConcurrentDictionary<string, Type> called)
    {
        var (name, type) = (OpenApiOptions.CreateDefaultSchemaReferenceId(json), Nullable.GetUnderlyingType(json.Type) ?? json.Type);
        return name is null || called.GetOrAdd(name, type) == type ? name : throw new InvalidOperationException($"{type} and {called[name]} are both called {name} in the OpenAPI document. Rename one.");
    }

    private static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();
        operation.Security = isOpen ? [] : [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
        if (metadata.OfType<RequirePermissionAttribute>().FirstOrDefault() is { Permission: var permission })
            operation.Description = $"{operation.Description}\n\nNeeds the permission `{Core.Roles.PermissionInfo.Of(permission).Code}`.".Trim();

        if (metadata.OfType<ApiExample>().LastOrDefault() is { } example && operation.RequestBody?.Content is { } bodies)
            foreach (var body in bodies.Values)
                body.Example = System.Text.Json.Nodes.JsonNode.Parse(example.Json);

        operation.Responses ??= [];
        Add("400", "A value can't be accepted; `errors` names the fields.");
        if (!isOpen)
        {
            Add("401", "There is no token, or it is wrong or over.");
            Add("403", "The caller may not do this, or has to confirm who they are first.");
        }
        if (context.Description.RelativePath?.Contains('{', StringComparison.Ordinal) == true)
            Add("404", "There is nothing here, or nothing that the caller may see.");
        if (context.Description.HttpMethod is not "GET")
            Add("409", "It conflicts with how things are.");
        if (context.Description.HttpMethod is "PUT" or "PATCH")
            Add("412", "The record was changed since the version that If-Match names.");
        Add("429", "Too many requests; Retry-After says how long to wait.");

        void Add(string status, string description) => operation.Responses!.TryAdd(status, new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType> { [ApiAnswers.ProblemType] = new() { Schema = new OpenApiSchemaReference(nameof(ApiProblem), context.Document) } },
        });
    }
}
