using UserAdmin.Core.Common;
using UserAdmin.Core.Roles;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.AccessReviews;

/// <summary>Who may let a review take roles away, and who sees one.</summary>
public sealed class ReviewRights(AccessEvaluator evaluator, AccessCatalogue catalogue, CurrentTenant tenant)
{
    /// <summary>The roles the actor can let somebody review, by name.</summary>
    public async Task<IReadOnlyList<NamedChoice>> RolesAsync(Actor actor, CancellationToken cancel)
    {
        List<NamedChoice> roles = [];
        if (!actor.Can(Permission.AccessReviewsManage))
            return roles;
        foreach (var role in (await catalogue.GetAsync(tenant.Tenant, cancel)).Roles.Where(role => role.Id != SystemRoles.EndUser.Id).OrderBy(role => role.Name, StringComparer.Ordinal))
            if (await MayTakeAsync(actor.Access, role.Id, null, cancel))
                roles.Add(new(role.Id, role.Name));
        return roles;
    }

    /// <summary>Also a role that is inactive can be taken away.</summary>
    public async Task<bool> MayTakeAsync(Access taker, Guid roleId, Guid? organizationId, CancellationToken cancel) =>
        taker.CanAt(organizationId, Permission.RolesAssign) && taker.Covers(await evaluator.OfRoleAsync(roleId, organizationId, cancel));
}

public static class ReviewVisibility
{
    public static bool IsVisibleTo(this AccessReview review, Actor actor) =>
        actor.Can(Permission.AccessReviewsView) || actor.Can(Permission.AccessReviewsManage) || (actor.UserId is not null && review.ReviewerId == actor.UserId);

    extension(IQueryable<AccessReview> reviews)
    {
        public IQueryable<AccessReview> VisibleTo(Actor actor) =>
            actor.Can(Permission.AccessReviewsView) || actor.Can(Permission.AccessReviewsManage) ? reviews : reviews.Where(r => r.ReviewerId == actor.UserId);
    }
}
