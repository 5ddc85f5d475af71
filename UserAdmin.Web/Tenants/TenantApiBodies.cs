using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Web.Tenants;

internal sealed class TenantTitleBody
{
    [Required(ErrorMessage = "Enter a title.")]
    public string Title { get; set; } = "";
}

/// <summary><paramref name="People"/> and <paramref name="Bytes"/> may be a minute old; null while they are being counted.</summary>
internal sealed record TenantItemView(Guid Id, string Name, string Title, TenantStatus Status, bool IsReady, bool IsBroken, string? PrimaryDomain, int Domains, int? People, long? Bytes, DateTimeOffset CreatedAt)
{
    public static TenantItemView Of(TenantRow row) => new(
        row.Id, row.Name, row.Title, row.Status, row.IsReady, row.IsBroken, row.PrimaryHost, row.Domains, row.Figures?.Value.People, row.Figures?.Value.Bytes, row.CreatedAt);
}

internal sealed record TenantDomainView(string Host, bool IsPrimary, DateTimeOffset AddedAt)
{
    public static TenantDomainView Of(TenantDomainRow row) => new(row.Host, row.IsPrimary, row.AddedAt);
}

/// <summary><paramref name="OwnerLink"/> is there once, when the tenant was made and no mail leaves the portal. From <paramref name="PurgeAfter"/> on the database of a deleted tenant may be removed.</summary>
internal sealed record TenantView(
    Guid Id, string Name, string Title, TenantStatus Status, bool IsReady, bool IsPurged, string? Address, IReadOnlyList<TenantDomainView> Domains, string? StatusReason, DateTimeOffset? SuspendedAt,
    DateTimeOffset? DeletedAt, DateTimeOffset? PurgeAfter, DateTimeOffset CreatedAt, string? OwnerLink = null)
{
    public static TenantView Of(TenantDetails tenant) => new(
        tenant.Tenant.Id, tenant.Tenant.Name, tenant.Tenant.Title, tenant.Tenant.Status, tenant.Tenant.IsReady, tenant.Tenant.IsPurged, tenant.Address, [.. tenant.Domains.Select(TenantDomainView.Of)],
        tenant.Reason, tenant.SuspendedAt, tenant.DeletedAt, tenant.PurgeAfter, tenant.Tenant.CreatedAt);
}
