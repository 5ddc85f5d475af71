using System.Globalization;
using UserAdmin.Core.Common;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Web.Commands;

/// <summary>What can be done about tenants from the command line.</summary>
internal static class TenantCommands
{
    private const string ConnectionVariable = "USERADMIN_TENANT_CONNECTION";

    /// <summary>The tenant that --tenant names, the portal's own without it; null when there is none of that name.</summary>
    public static async Task<Tenant?> FindAsync(WebApplication app, IConfiguration options) =>
        await app.Services.GetRequiredService<TenantDirectory>().FindActiveAsync(options["tenant"] is { Length: > 0 } name ? name : Tenant.HostName, CancellationToken.None);

    public static string NoSuchTenant(IConfiguration options) => $"There is no tenant '{options["tenant"]}' that is open. './run tenants' lists them.";

    public static AsyncServiceScope OpenScope(WebApplication app, Tenant tenant) => app.Services.GetRequiredService<IServiceScopeFactory>().CreateFor(tenant);

    public static async Task<string?> ListAsync(WebApplication app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var tenants = scope.ServiceProvider.GetRequiredService<TenantList>();
        var start = PageStart.First;
        while (true)
        {
            var listing = await tenants.ListAsync(null, null, start, Actor.System, CancellationToken.None);
            foreach (var row in listing.Page.Rows)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.Name,-30} {(row.IsReady ? row.IsBroken ? "Broken" : row.Status.ToString() : "Unfinished"),-10} {row.CreatedAt:yyyy-MM-dd}  {row.PrimaryHost}  {row.Title}"));
            if (listing.Page.Next is not { } next)
                return null;
            start = new(After: next);
        }
    }

    public static async Task<string?> CreateAsync(WebApplication app, IConfiguration options)
    {
        if (options["name"] is not { Length: > 0 } name || options["owner"] is not { Length: > 0 } owner)
            return "Say which and whose: ./run create-tenant --name NAME --domain DOMAIN --owner ADDRESS";

        var form = new TenantForm
        {
            Name = name,
            Title = options["title"] ?? name,
            Domain = options["domain"] ?? "",
            OwnerEmail = owner,
            OwnerFirstName = options["first-name"] ?? "First",
            OwnerLastName = options["last-name"] ?? "Owner",
        };
        await using var scope = app.Services.CreateAsyncScope();
        var created = await scope.ServiceProvider.GetRequiredService<TenantService>().CreateAsync(form, Actor.System, CancellationToken.None, app.Configuration[ConnectionVariable]);
        if (created.Succeeded)
            Console.WriteLine(created.Value.Link.Length > 0 ? $"{name} is ready. Give this link to {owner}; it works once:\n{created.Value.Link}" : $"{name} is ready; {owner} gets a mail with a link to {created.Value.Host}.");
        return created.Problem?.Message;
    }
}
