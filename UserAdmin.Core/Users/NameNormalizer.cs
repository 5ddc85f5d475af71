using System.Text;
using Microsoft.AspNetCore.Identity;

namespace UserAdmin.Core.Users;

/// <summary>Two names are the same when they agree after NFKC, trimming and upper-casing: full-width "ａdmin" is "ADMIN".</summary>
internal sealed class NameNormalizer : ILookupNormalizer
{
    public string? NormalizeName(string? name) => name?.Normalize(NormalizationForm.FormKC).Trim().ToUpperInvariant();

    public string? NormalizeEmail(string? email) => NormalizeName(email);
}
