using Microsoft.EntityFrameworkCore;
using UserAdmin.Core.Data;
using UserAdmin.Core.Roles;

namespace UserAdmin.Core.Registration;

/// <summary>What an organization and a role ask of invitations: how long they live, whom they may go to.</summary>
internal sealed record InvitationTerms(string? Organization, int Days, IReadOnlyList<string> Domains)
{
    /// <summary>An invitation with more than everybody may do lives for 72 hours at most (E10).</summary>
    public const int PrivilegedDays = 3;

    public bool Allows(string address) => Domains.Count == 0 || Domains.Contains(address[(address.LastIndexOf('@') + 1)..], StringComparer.OrdinalIgnoreCase);

    public static async Task<InvitationTerms> OfAsync(Guid? organizationId, Guid? roleId, UserAdminDbContext db, AccessEvaluator evaluator, RegistrationPolicy policy, CancellationToken cancel)
    {
        var organization = organizationId is { } id ? await db.Organizations.Where(o => o.Id == id).Select(o => new { o.Name, o.InvitationDays, o.AllowedDomains }).SingleOrDefaultAsync(cancel) : null;
        var days = organization?.InvitationDays ?? policy.InvitationDays;
        var isPrivileged = roleId is { } role && (await evaluator.OfRoleAsync(role, organizationId, cancel)).IsPrivileged;
        return new(organization?.Name, isPrivileged ? Math.Min(days, PrivilegedDays) : days, (organization?.AllowedDomains ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
