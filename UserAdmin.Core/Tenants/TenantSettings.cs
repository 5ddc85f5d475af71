using System.ComponentModel.DataAnnotations;

namespace UserAdmin.Core.Tenants;

/// <summary>Section <c>UserAdmin:Tenants</c>.</summary>
public sealed class TenantSettings
{
    /// <summary>Every tenant is found at NAME.BaseDomain, too. Its DNS and its certificate have to cover the names below it.</summary>
    [CustomValidation(typeof(TenantSettings), nameof(CheckDomain))]
    public string? BaseDomain { get; set; }

    /// <summary>For so many days a deleted tenant can be brought back; then its database is removed.</summary>
    [Range(1, 3650, ErrorMessage = "must be 1 to 3650 days")]
    public int GraceDays { get; set; } = 30;

    public static ValidationResult? CheckDomain(string? domain) =>
        string.IsNullOrEmpty(domain) || DomainName.Normalize(domain) == domain ? ValidationResult.Success : new("must be a domain like people.example.org, in lower case");
}
