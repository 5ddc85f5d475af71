using UserAdmin.Core.Common;

namespace UserAdmin.Core.AccessReviews;

public static class AccessReviewProblems
{
    public static readonly Problem NotFound = new(ProblemKind.NotFound, "access_review.not_found", "There is no such review.");
    public static readonly Problem NothingChosen = new(ProblemKind.Invalid, "access_review.nothing_chosen", "Choose a role, an organization or both.", nameof(AccessReviewForm.RoleId));
    public static readonly Problem NothingToReview = new(ProblemKind.Conflict, "access_review.nothing", "Nobody has a role there at this moment, so there is nothing to review.", nameof(AccessReviewForm.RoleId));
    public static readonly Problem TooMuch = new(ProblemKind.Conflict, "access_review.too_much", "These are more than 2,000 assignments. Review a role or an organization at a time.", nameof(AccessReviewForm.RoleId));
    public static readonly Problem ReviewerGone = new(ProblemKind.Invalid, "access_review.reviewer", "Choose an active person who reviews.", nameof(AccessReviewForm.ReviewerId));
    public static readonly Problem DuePast = new(ProblemKind.Invalid, "access_review.due", "Choose a day in the future, within a year.", nameof(AccessReviewForm.DueOn));
    public static readonly Problem AboveYou = new(ProblemKind.NotAllowed, "access_review.above_you", "Among these are roles that you may not take away yourself, so you can't let anybody review them. The attempt was recorded.");
    public static readonly Problem Closed = new(ProblemKind.Conflict, "access_review.closed", "This review is closed.");
    public static readonly Problem NotReviewer = new(ProblemKind.NotAllowed, "access_review.not_reviewer", "Only the reviewer decides.");
    public static readonly Problem Own = new(ProblemKind.NotAllowed, "access_review.own", "Nobody decides about their own roles. Somebody else has to.");
    public static readonly Problem StarterGone = new(ProblemKind.NotAllowed, "access_review.starter", "Whoever started this review may no longer take this role away, so the review can't either. Keep it, or ask an administrator.");
    public static readonly Problem Removed = new(ProblemKind.Conflict, "access_review.removed", "This assignment was removed by the review already.");
}
