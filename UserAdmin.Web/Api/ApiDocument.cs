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

    private const string Scheme = "bearer";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = description => description.RelativePath?.StartsWith("api/v1/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, context, _) =>
        {
            document.Info = new()
            {
                Title = "UserAdmin",
                Version = "v1",
                Description = "Users, roles, organizations, sessions, audit, reports and everything else of the portal. The guide stands in docs/api.md.",
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
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            Complete(operation, context);
            return Task.CompletedTask;
        });
    });

    public static void MapApiDocument(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<IOptions<ApiSettings>>().Value;
        if (!(settings.Docs ?? app.Environment.IsDevelopment()))
            return;
        app.MapOpenApi(Address).AllowAnonymous();
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = Page.TrimStart('/');
            page.SwaggerEndpoint(Address, "UserAdmin v1");
            page.DocumentTitle = "UserAdmin API";
        });
    }

    private static void Complete(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();
        operation.Security = isOpen ? [] : [new() { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] }];
        if (metadata.OfType<RequirePermissionAttribute>().FirstOrDefault() is { Permission: var permission })
            operation.Description = $"{operation.Description}\n\nNeeds the permission `{Core.Roles.PermissionInfo.Of(permission).Code}`.".Trim();

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
